//! Renderers: human (ariadne), concise, json.
