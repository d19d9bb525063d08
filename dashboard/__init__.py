"""The application that people see and call."""
