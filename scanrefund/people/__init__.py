"""Who stands at the counter: PINs, codes of the moment, and what a supervisor's word is good for."""
