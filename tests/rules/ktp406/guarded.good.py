import keras


def marked(model):
    return getattr(model, "uses_learning_phase", False)


def mark(outputs, tf):
    if tf.__version__ < "1.13":
        outputs._uses_learning_phase = True
    return outputs.uses_learning_phase if hasattr(outputs, "uses_learning_phase") else False
