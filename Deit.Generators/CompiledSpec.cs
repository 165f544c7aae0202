using Deit.Compiler;
using Deit.Compiler.Specs;

namespace Deit.Generators;

/// <summary>A model and what compiling it gave.</summary>
/// <param name="Spec">The model.</param>
/// <param name="Result">What compiling it gave.</param>
internal sealed record CompiledSpec(ModelSpec Spec, CompilationResult Result);
