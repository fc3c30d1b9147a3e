"""Rules about code that runs models: training steps, evaluation, data pipelines, KTP3xx."""
