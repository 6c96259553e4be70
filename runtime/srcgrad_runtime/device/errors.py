"""What is said where a device lacks something."""


class DeviceError(TypeError):
    """A program uses something that its device does not have."""
