from tensorflow import keras


class Remembering(keras.Model):
    def __init__(self):
        super().__init__()
        self.mode = None
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, **options):
        if "training" in options:  # never, once `call` names the flag
            self.mode = options["training"]
        return self.dropout(x)
