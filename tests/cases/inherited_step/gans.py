import tensorflow as tf

from base import TrainedByTape, Trainer


class Critic(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = tf.keras.layers.Dense(4)
        self.drop = tf.keras.layers.Dropout(0.3)

    def call(self, x, training=None):
        return self.drop(self.dense(x), training=training)


class Forgets(Trainer):
    def __init__(self, optimizer):
        super().__init__(optimizer)
        self.critic = Critic()

    def loss(self, x):
        return tf.reduce_mean(self.critic(x))  # expect: KTP301

    def output(self, x):
        return self.critic(x)  # quiet


class Passes(Trainer):
    def __init__(self, optimizer):
        super().__init__(optimizer)
        self.critic = Critic()

    def loss(self, x):
        return tf.reduce_mean(self.critic(x, training=True))  # quiet


class StepsItself(Trainer):
    def __init__(self, optimizer):
        super().__init__(optimizer)
        self.critic = Critic()

    def loss(self, x):
        return tf.reduce_mean(self.critic(x))  # quiet

    def step(self, x):
        return self.loss(x)


class OtherIsTrained(Trainer):
    def __init__(self, optimizer, teacher):
        super().__init__(optimizer)
        self.critic = tf.keras.layers.Dense(4)
        self.teacher = Critic()

    def loss(self, x):
        return tf.reduce_mean(self.critic(x) - self.teacher(x))  # quiet


class AutoEncoder(TrainedByTape):
    def __init__(self):
        super().__init__()
        self.body = Critic()

    def call(self, x, training=None):
        return self.body(x, training=training)

    def batch_loss(self, data):
        return tf.reduce_mean(self.body(data))  # expect: KTP301
