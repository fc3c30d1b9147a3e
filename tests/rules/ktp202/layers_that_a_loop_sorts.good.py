import keras


class ByName(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop")]

    def call(self, x, training=None):
        for part in self.parts:
            if "drop" in part.name:
                x = part(x, training=training)
            else:
                x = part(x)
        return x


class ByNumber(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.Dense(8)]

    def call(self, x, training=None):
        for i, part in enumerate(self.parts):
            x = part(x, training=training) if i % 2 else part(x)
        return x


class ByIndex(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(8), keras.layers.Dropout(0.5)]

    def call(self, x, training=None):
        for i in range(len(self.parts)):
            if i not in (1,):
                x = self.parts[i](x)
                continue
            x = self.parts[i](x, training=training)
        return x


class ByKey(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = {"dense": keras.layers.Dense(8), "drop": keras.layers.Dropout(0.5)}

    def call(self, x, training=None):
        for key, part in self.parts.items():
            if key.startswith("drop"):
                x = part(x, training=training)
                continue
            x = part(x)
        return x
