import keras


class Scorer(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, inputs):
        return self.dropout(inputs)

    def build_graph(self):
        inputs = keras.Input((8,))
        return keras.Model(inputs, self.call(inputs))


class ShownAsGraph(Scorer):
    def call(self, inputs):
        return self.dropout(inputs * 2)

    def summary_graph(self):
        inputs = keras.Input((8,))
        keras.Model(inputs, self.call(inputs)).summary()


class GraphAsProperty(Scorer):
    def call(self, inputs):
        return self.dropout(inputs * 3)

    @property
    def graph(self):
        inputs = keras.Input((8,))
        return keras.Model(inputs, self.call(inputs))


def main(x, y):
    model = Scorer().build_graph()
    model.compile("sgd", "mse")
    model.fit(x, y)
    shown = ShownAsGraph()
    shown.summary_graph()
    shown.compile("sgd", "mse")
    shown.fit(x, y)
    functional = GraphAsProperty().graph
    functional.compile("sgd", "mse")
    functional.fit(x, y)
