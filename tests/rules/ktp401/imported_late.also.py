tf = None
backend = None


class Explainer:
    def __init__(self, model):
        global tf, backend
        if tf is None:
            import tensorflow as tf
            from tensorflow.keras import backend
        self.model = model

    def explain(self, x):
        return tf.keras.backend.learning_phase(), backend.learning_phase(), self.model(x)
