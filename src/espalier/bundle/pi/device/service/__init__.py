"""The model as a service: HTTP, frames and folders in; JSON, MQTT, webhooks and commands out."""
