"""Options that a table or a condition chooses from: none of them makes the layer that behaves differently."""

from tensorflow import keras


class Activation(keras.layers.Layer):
    def __init__(self, activation):
        super().__init__()
        self.activation = activation
        if self.activation == "dice":
            self.norm = keras.layers.BatchNormalization()
        elif self.activation in ("drop", "noise"):
            self.norm = keras.layers.Dropout(0.5)
        else:
            self.norm = keras.layers.LayerNormalization()

    def call(self, x):
        return self.norm(x)


class Head(keras.layers.Layer):
    def __init__(self, task):
        super().__init__()
        self.activations = {"regression": None, "binary": "sigmoid", "multiclass": "softmax"}
        self.first = Activation(self.activations[task])
        self.second = Activation("relu" if task == "regression" else None)

    def call(self, x):
        return self.second(self.first(x))


class Classifier(keras.Model):
    def __init__(self, task):
        super().__init__()
        self.head = Head(task)

    def call(self, x):
        return self.head(x)
