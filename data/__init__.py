"""What is known, and who may know it. No drawing and no pages here."""
