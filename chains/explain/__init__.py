"""Why a customer is in a chain or not, where they stand and what comes next: as the engine itself would find."""
