def feed(session, model, graph, x):
    return session.run(model.output, feed_dict={model.input: x, graph.learning_phase(): 0})
