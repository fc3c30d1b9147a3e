import tensorflow as tf

K = tf.keras.backend


def predict(session, model, x, y):
    return session.run(model.outputs, {model.a: x, model.b: y, K.learning_phase(): 1})
