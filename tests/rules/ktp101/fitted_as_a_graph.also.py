import keras


class WithGraph(keras.Model):
    def build_graph(self):
        inputs = keras.Input((8,))
        return keras.Model(inputs, self.call(inputs))


class Ranker(WithGraph):
    """What is fitted is the graph that its `call` makes, whose layers find the flag."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)


class Scorer(WithGraph):
    """Its graph is only looked at, and it is fitted itself."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)


class Matcher(WithGraph):
    """As the first, by a name."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)


def train(x, y):
    matcher = Matcher()
    graph = matcher.build_graph()
    graph.fit(x, y)
    ranker = Ranker().build_graph()
    ranker.compile("sgd", "mse")
    ranker.fit(x, y)
    Scorer().build_graph().summary()
    scorer = Scorer()
    scorer.compile("sgd", "mse")
    scorer.fit(x, y)
