"""What a file is made of (one walk over its syntax), the small facts it leaves behind, and the facts of a project merged."""
