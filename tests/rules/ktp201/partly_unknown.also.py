import keras
from zoo import make_head


class Frozen(keras.Model):
    def __init__(self, head=None):
        super().__init__()
        self.backbone = keras.layers.BatchNormalization()
        self.head = make_head() if head is None else keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.head(x)
