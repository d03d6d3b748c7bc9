"""Xero over HTTP: what the real system keeps, computes and refuses."""
