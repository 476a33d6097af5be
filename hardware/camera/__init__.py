"""Cameras through OpenCV: UVC devices by their stable path.

Responsible for: fresh frames of the right size, and noticing a camera that is missing, frozen or dark. Not responsible
for: what is in the picture.
"""

from hardware.camera.capture import Capture
from hardware.camera.scanner import CameraScanner

__all__ = ["CameraScanner", "Capture"]
