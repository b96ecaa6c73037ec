"""What is known of each library, as data: one module a library."""
