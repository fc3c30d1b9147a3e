from keras.backend import learning_phase

__all__ = ["learning_phase"]
