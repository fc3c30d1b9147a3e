"""The vocabulary of the analysis: values, arguments, events, frames, scopes, classes and objects."""
