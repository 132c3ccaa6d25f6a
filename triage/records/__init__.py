"""What is kept in files: answers, sessions, the diary, and how it goes on."""
