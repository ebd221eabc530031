// This file is empty: its presence lets openai.go declare functions without bodies.
