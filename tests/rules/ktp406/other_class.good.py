class Schedule:
    def __init__(self):
        self.uses_learning_phase = True
