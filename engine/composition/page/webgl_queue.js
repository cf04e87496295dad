// WebGL commands are drawn after the call that gave them has returned: a page that is brought through many frames without
// a picture of them would pile up minutes of work, all of it waited for by the one call that comes next. So the contexts
// of a page are known here, and what they were asked to draw can be waited for. Runs in every document, before any
// script of the page.
(() => {
  'use strict';
  if (window.__hyperlocalWebGl) return;

  const contexts = new Set();  // of WeakRef: a page's contexts live as long as the page wants them
  const seen = new WeakSet();
  const isWebGl = (context) =>
    context instanceof WebGLRenderingContext || context instanceof WebGL2RenderingContext;
  for (const canvas of [HTMLCanvasElement, window.OffscreenCanvas]) {
    if (!canvas) continue;
    const getContext = canvas.prototype.getContext;
    canvas.prototype.getContext = function (...values) {
      const context = Reflect.apply(getContext, this, values);
      if (isWebGl(context) && !seen.has(context)) {
        seen.add(context);
        contexts.add(new WeakRef(context));
      }
      return context;
    };
  }

  // Chrome takes gl.finish() for gl.flush(); a pixel that is read back is there only when all before it is drawn.
  const finish = (gl) => {
    const webGl2 = gl instanceof WebGL2RenderingContext;
    const target = webGl2 ? gl.READ_FRAMEBUFFER : gl.FRAMEBUFFER;
    const bound = gl.getParameter(webGl2 ? gl.READ_FRAMEBUFFER_BINDING : gl.FRAMEBUFFER_BINDING);
    const packed = webGl2 ? gl.getParameter(gl.PIXEL_PACK_BUFFER_BINDING) : null;
    if (packed) gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindFramebuffer(target, null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    gl.bindFramebuffer(target, bound);
    if (packed) gl.bindBuffer(gl.PIXEL_PACK_BUFFER, packed);
  };

  window.__hyperlocalWebGl = {
    finish: () => {
      for (const reference of contexts) {
        const gl = reference.deref();
        if (!gl) contexts.delete(reference);
        else if (!gl.isContextLost()) finish(gl);
      }
    },
  };
})();
