import keras

TRAINING = True
TEACHER_NORM = True
FROZEN = False


def evaluate(model, data):
    global TRAINING
    TRAINING = False
    return model.predict(data)


class SetElsewhere(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=TRAINING)


class MeantByItsName(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=TEACHER_NORM)


class Frozen(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=FROZEN)


class ByPath(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        flag = True
        if not training:
            flag = False
        return self.norm(x, training=flag)


class InTrainingOnly(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        flag = True
        if training:
            return self.norm(x, training=flag)
        return self.norm(x, training=False)
