"""A certificate for every copy: what a shopper keeps, signed by the kiosk that made it."""

from kiosk.records.certificate.issue import Certifier
from kiosk.records.certificate.key import KeyUnusable, kept_key, own_key
from kiosk.records.certificate.text import (
    Certificate,
    Claim,
    NotACertificate,
    public_key,
    public_text,
    signed,
    verified,
)

__all__ = [
    "Certificate",
    "Certifier",
    "Claim",
    "KeyUnusable",
    "NotACertificate",
    "kept_key",
    "own_key",
    "public_key",
    "public_text",
    "signed",
    "verified",
]
