import tensorflow as tf

K = tf.keras.backend


def predict(session, model, x):
    return session.run(model.output, feed_dict={model.input: x, K.learning_phase(): 0})
