"""What customers write about what they bought: written by them, decided by staff, shown to others."""
