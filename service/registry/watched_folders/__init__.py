"""Folders that a file share or an SFTP server fills: lists and documents of events are taken from them."""
