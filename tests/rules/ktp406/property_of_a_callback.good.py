import keras


class Schedule(keras.callbacks.Callback):
    @property
    def uses_learning_phase(self):
        return True

    def on_epoch_begin(self, epoch, logs=None):
        return self.uses_learning_phase
