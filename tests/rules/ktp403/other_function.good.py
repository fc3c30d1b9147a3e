from my_package.context import learning_phase_scope

with learning_phase_scope(1):
    print("schedule")
