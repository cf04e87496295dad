// All of them in one process: loading the official client takes longer than the tests.
import "./executions_test.mjs";
import "./workflows_test.mjs";
import "./render_test.mjs";
