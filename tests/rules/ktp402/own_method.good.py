class Schedule:
    def set_learning_phase(self, value):
        self.phase = value

    def warm_up(self):
        self.set_learning_phase(0)
