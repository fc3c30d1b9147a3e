try:
    from keras.backend import learning_phase
except ImportError:
    learning_phase = None
