"""Code outside of `call` that makes and runs models: modules, functions, steps."""
