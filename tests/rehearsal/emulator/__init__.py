"""What runs inside the emulator's own virtual environment: ministack, made strict and completed."""
