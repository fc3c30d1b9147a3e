import keras


class Attention(keras.layers.MultiHeadAttention):
    def call(self, query, value, key=None, training=None):
        query = self._query_dense(query)
        key = self._key_dense(value if key is None else key)
        value = self._value_dense(value)
        output, _ = self._compute_attention(query, key, value, training=training)
        return self._output_dense(output)


class ByPosition(keras.layers.MultiHeadAttention):
    def call(self, query, value, key=None, training=None):
        query, key, value = self._query_dense(query), self._key_dense(value), self._value_dense(value)
        output, _ = self._compute_attention(query, key, value, None, training)
        return self._output_dense(output)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention(2, 8, dropout=0.5)
        self.by_position = ByPosition(2, 8, dropout=0.5)

    def call(self, x, training=None):
        x = self.attention(x, x, training=training)
        return self.by_position(x, x, training=training)
