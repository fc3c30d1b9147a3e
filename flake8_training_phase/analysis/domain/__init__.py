"""What the analysis speaks of: values, arguments, events, frames, scopes, classes and objects."""
