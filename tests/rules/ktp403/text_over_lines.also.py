from tensorflow import keras
from tensorflow.keras import backend as K


def sample(model, x):
    with K.learning_phase_scope(1):
        print("""Samples
        of the trained model""")
        return model(x, training=True)  # dropout on
    # the scope ends here
