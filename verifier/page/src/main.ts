import { showForm } from './form.js'
import { serve } from './worker.js'

// One script for the page and its thread: the page starts its own text again where there is no document.
if (typeof document === 'undefined') serve()
else showForm(String(document.currentScript?.textContent))
