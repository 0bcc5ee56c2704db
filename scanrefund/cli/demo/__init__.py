"""`scanrefund demo`: the main job end to end, as stories, against the sandbox."""
