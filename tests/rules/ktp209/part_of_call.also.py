import keras


class Attention(keras.layers.MultiHeadAttention):
    def call(self, query, value, key=None, training=None):
        query = self._query_dense(query)
        key = self._key_dense(value if key is None else key)
        value = self._value_dense(value)
        output, _ = self._compute_attention(query, key, value)
        return self._output_dense(output)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention(2, 8, dropout=0.5)

    def call(self, x, training=None):
        return self.attention(x, x, training=training)
