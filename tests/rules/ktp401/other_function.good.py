import keras

from my_package.schedule import learning_phase


class Schedule(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print(learning_phase())
