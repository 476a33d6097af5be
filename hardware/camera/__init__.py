"""Cameras through OpenCV: UVC devices by their stable path, image sequences and video files, by one code path.

Responsible for: fresh frames of the right size, and noticing a camera that is missing, frozen or dark. Not responsible
for: what is in the picture.
"""

from hardware.camera.capture import Capture
from hardware.camera.scanner import CameraScanner

__all__ = ["CameraScanner", "Capture"]
