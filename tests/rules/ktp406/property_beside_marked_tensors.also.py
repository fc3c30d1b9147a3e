import keras


class Recurrent(keras.layers.Layer):
    @property
    def uses_learning_phase(self):
        return self.cell.uses_learning_phase

    def call(self, x):
        outputs = self.cell(x)
        if self.uses_learning_phase:
            outputs._uses_learning_phase = True
        return outputs
