//! One block of executable memory per program: declares, defines, finalizes, frees.

use std::collections::HashMap;
use std::sync::LazyLock;

use cranelift::codegen::Context;
use cranelift::jit::{JITBuilder, JITModule};
use cranelift::module::{FuncId, Linkage, Module, default_libcall_names};
use cranelift::prelude::{
    AbiParam, Configurable, FunctionBuilder, FunctionBuilderContext, Signature, Value, settings,
    types,
};
use strat_abi::host::{self, Shape};
use strat_abi::math;

/// Why code could not be made; never the user's fault.
#[derive(Debug)]
pub struct CodegenError(pub String);

impl std::fmt::Display for CodegenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code generation failed: {}", self.0)
    }
}

impl std::error::Error for CodegenError {}

/// Makes functions one by one; [`Jit::finish`] makes them callable.
pub struct Jit {
    module: JITModule,
    context: Context,
    builder: FunctionBuilderContext,
    host: HashMap<&'static str, FuncId>,
    /// The text of what was compiled, where it was asked for.
    pub clif: Option<String>,
}

/// Functions that may be called as long as this lives.
pub struct Code {
    module: Option<JITModule>,
}

// SAFETY: after `finish` the module is only kept for its memory; nothing in it changes.
unsafe impl Send for Code {}
// SAFETY: as above; generated code touches only what its callers pass.
unsafe impl Sync for Code {}

impl Drop for Code {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: callers hold `Code` beside every pointer into it, so none outlives it.
            unsafe { module.free_memory() };
        }
    }
}

/// Whether fused products are one instruction of the code that is made. `STRATC_NARROW=unfused` says no, for
/// tests of the code that calls a function instead.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for tests, on which no result depends"
)]
pub fn fuses() -> bool {
    static FUSES: LazyLock<bool> = LazyLock::new(|| {
        let is_switched_off = std::env::var_os("STRATC_NARROW").is_some_and(|v| v == "unfused");
        math::fma_is_fast() && !is_switched_off
    });
    *FUSES
}

impl Jit {
    /// A module for this machine.
    ///
    /// # Errors
    /// Where Cranelift does not know the machine.
    pub fn new(keep_text: bool) -> Result<Self, CodegenError> {
        let fail = |e: &dyn std::fmt::Display| CodegenError(e.to_string());
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", "speed"),
            ("use_colocated_libcalls", "false"),
            ("is_pic", "false"),
            (
                "enable_verifier",
                if cfg!(debug_assertions) {
                    "true"
                } else {
                    "false"
                },
            ),
        ] {
            flags.set(name, value).map_err(|e| fail(&e))?;
        }
        let isa = cranelift::native::builder().map_err(|e| fail(&e))?;
        let isa = isa
            .finish(settings::Flags::new(flags))
            .map_err(|e| fail(&e))?;
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        let functions = host::functions();
        for f in &functions {
            builder.symbol(f.name, f.address);
        }
        let mut module = JITModule::new(builder);
        let mut ids = HashMap::new();
        for f in functions {
            let mut signature = module.make_signature();
            let args: &[types::Type] = match f.shape {
                Shape::One => &[types::F64],
                Shape::Two => &[types::F64, types::F64],
                Shape::Three => &[types::F64, types::F64, types::F64],
                Shape::Pair => &[types::I64, types::F64, types::F64, types::I64, types::I64],
                Shape::Window => &[types::I64, types::F64, types::I64, types::I64, types::I64],
            };
            signature
                .params
                .extend(args.iter().map(|t| AbiParam::new(*t)));
            signature.returns.push(AbiParam::new(types::F64));
            let id = module
                .declare_function(f.name, Linkage::Import, &signature)
                .map_err(|e| fail(&e))?;
            ids.insert(f.name, id);
        }
        let context = module.make_context();
        Ok(Self {
            module,
            context,
            builder: FunctionBuilderContext::new(),
            host: ids,
            clif: keep_text.then(String::new),
        })
    }

    /// Compiles a function of `params` 64-bit integers or pointers and no result.
    ///
    /// # Errors
    /// What Cranelift refuses.
    pub fn define(
        &mut self,
        name: &str,
        params: usize,
        build: impl FnOnce(&mut FunctionBuilder<'_>, &mut Imports<'_>, &[Value]),
    ) -> Result<FuncId, CodegenError> {
        let fail = |e: &dyn std::fmt::Display| CodegenError(format!("{name}: {e}"));
        let signature = self.signature(params);
        self.context.func.signature = signature.clone();
        let config = self.module.target_config();
        {
            let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
            let entry = b.create_block();
            b.append_block_params_for_function_params(entry);
            b.switch_to_block(entry);
            let mut imports = Imports {
                module: &mut self.module,
                host: &self.host,
                used: HashMap::new(),
            };
            let args = b.block_params(entry).to_vec();
            build(&mut b, &mut imports, &args);
            b.seal_all_blocks();
            b.finalize(config);
        }
        if let Some(text) = &mut self.clif {
            use std::fmt::Write as _;
            let _ = writeln!(text, "; {name}\n{}", self.context.func.display());
        }
        let id = self
            .module
            .declare_function(name, Linkage::Local, &signature)
            .map_err(|e| fail(&e))?;
        self.module
            .define_function(id, &mut self.context)
            .map_err(|e| fail(&e))?;
        self.module.clear_context(&mut self.context);
        Ok(id)
    }

    /// Adds a function that is machine code already, of `params` 64-bit integers or pointers.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn define_bytes(
        &mut self,
        name: &str,
        params: usize,
        bytes: &[u8],
    ) -> Result<FuncId, CodegenError> {
        let fail = |e: &dyn std::fmt::Display| CodegenError(format!("{name}: {e}"));
        let signature = self.signature(params);
        if let Some(text) = &mut self.clif {
            use std::fmt::Write as _;
            let _ = writeln!(text, "; {name}: {} bytes of 512-bit code", bytes.len());
        }
        let id = self
            .module
            .declare_function(name, Linkage::Local, &signature)
            .map_err(|e| fail(&e))?;
        self.module
            .define_function_bytes(id, 64, bytes, &[])
            .map_err(|e| fail(&e))?;
        Ok(id)
    }

    fn signature(&self, params: usize) -> Signature {
        let mut signature = self.module.make_signature();
        let params = std::iter::repeat_n(AbiParam::new(types::I64), params);
        signature.params.extend(params);
        signature
    }

    /// Makes everything callable; returns the addresses of `ids` in their order.
    ///
    /// # Errors
    /// Where no executable memory is to be had.
    pub fn finish(mut self, ids: &[FuncId]) -> Result<(Code, Vec<*const u8>), CodegenError> {
        self.module
            .finalize_definitions()
            .map_err(|e| CodegenError(e.to_string()))?;
        let addresses = ids
            .iter()
            .map(|id| self.module.get_finalized_function(*id))
            .collect();
        Ok((
            Code {
                module: Some(self.module),
            },
            addresses,
        ))
    }
}

/// Host functions as one generated function sees them.
pub struct Imports<'m> {
    module: &'m mut JITModule,
    host: &'m HashMap<&'static str, FuncId>,
    used: HashMap<&'static str, cranelift::codegen::ir::FuncRef>,
}

impl Imports<'_> {
    /// The reference by which a host function is called here.
    pub fn get(
        &mut self,
        b: &mut FunctionBuilder<'_>,
        name: &'static str,
    ) -> cranelift::codegen::ir::FuncRef {
        if let Some(known) = self.used.get(name) {
            return *known;
        }
        let id = self.host[name];
        let reference = self.module.declare_func_in_func(id, b.func);
        self.used.insert(name, reference);
        reference
    }
}
