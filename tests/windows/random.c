/* bcryptprimitives.dll, as much of it as Rust's standard library asks for: bytes from the system's generator. */
#include <windows.h>

/* The name under which advapi32 exports RtlGenRandom; mingw's header hides it behind a macro. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!SystemFunction036(buffer, part)) {
            return FALSE;
        }
        buffer += part;
        length -= part;
    }
    return TRUE;
}
